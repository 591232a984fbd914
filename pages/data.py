"""What is loaded, how far does it reach, and what was left out?"""

import streamlit as st

from holdfast.ui.frame import active_filters

active_filters()
st.title("Data")
