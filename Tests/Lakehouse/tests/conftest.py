import pytest
from flight import Served, served


@pytest.fixture(params=["0.30", "0.33"])
def empty(request, tmp_path) -> Served:
    """An empty lake of each version."""
    with served(tmp_path / "lake", request.param) as lake:
        yield lake
