"""Files of a model hub, by the address and the login that the hub's own library gives."""

from __future__ import annotations

from haversack.pantry.errors import FetchError
from haversack.pantry.fetch import addresses


def resolve(rest: str) -> tuple[str, dict[str, str]]:
    """Give the https address of ``OWNER/REPO@REVISION/FILE`` and the headers it wants.

    Nothing is asked of the hub. Its library knows which hub, which mirror and which login the
    user has set.

    Raises:
        FetchError: Not such an address, or the library is not installed.
    """
    named = addresses.hub(rest)
    try:
        from huggingface_hub import get_token, hf_hub_url
    except ImportError as error:
        message = "huggingface_hub is not installed, and this asset is fetched through it"
        hint = "Run `pip install huggingface_hub`, then run it again."
        raise FetchError(message, hint, "missing client") from error
    url = hf_hub_url(named.name, named.file, revision=named.version)
    token = get_token()
    return url, {"Authorization": f"Bearer {token}"} if token else {}
