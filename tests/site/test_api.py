"""Which modules of the library are documented, and where a name leads."""

import importlib

from tutorials_lib.site import api


def test_a_package_that_says_what_it_offers_is_one_module():
    names = [module.name for module in api.modules()]
    assert "tensors" in names
    assert "metrics" in names
    assert not [name for name in names if name.startswith(("tensors.", "site", "_"))]


def test_every_documented_name_can_be_imported_from_its_module():
    for module in api.modules():
        if not module.name.startswith("bench"):  # some of them need what is not installed everywhere
            imported = importlib.import_module(module.full_name)
            assert all(hasattr(imported, name) for name in module.functions)


def test_a_name_leads_to_its_place_on_its_modules_page():
    linked = api.reference("tutorials_lib.tensors.dot", "tensor_mathematics/dot_products.md")
    assert linked.endswith("(../reference/tensors.md#tutorials_lib.tensors.dot)")
