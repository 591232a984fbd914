"""The simulation behind the sample exports of the invented company Fernwick."""
