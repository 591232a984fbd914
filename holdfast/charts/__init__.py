"""Frames in, Altair charts out: no data access, no aggregation, no Streamlit."""
