"""Zip files in which anything may lie, for random tests."""

from hypothesis import strategies as st

from tests.artifacts.zipformat.build import Archive, Made, streamed

NAMES = st.binary(max_size=5)
SMALL = st.binary(max_size=12)
MEMBERS = st.builds(
    lambda made, form: streamed(made, form) if form else made,
    st.builds(
        Made,
        name=NAMES,
        data=SMALL,
        method=st.sampled_from([0, 8]),
        extra=SMALL,
        local_extra=st.none() | SMALL,
        comment=SMALL,
        csize=st.none() | st.integers(0, 300),
        offset=st.none() | st.integers(0, 300),
        before=SMALL,
        listed=st.booleans(),
        written=st.booleans(),
    ),
    st.sampled_from(["", "L", "Ls", "Q", "Qs"]),
)
ARCHIVES = st.builds(
    Archive,
    st.lists(MEMBERS, max_size=5),
    prefix=SMALL,
    adjusted=st.booleans(),
    between=SMALL,
    behind=SMALL,
    comment=SMALL,
    tail=SMALL,
    total=st.none() | st.integers(0, 9),
    size=st.none() | st.integers(0, 300),
    offset=st.none() | st.integers(0, 300),
    zip64=st.booleans(),
    extensible=SMALL,
)
