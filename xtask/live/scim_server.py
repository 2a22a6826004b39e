"""A SCIM server that keeps its users in memory: scim2-server, and a word when it is ready.

    python scim_server.py PORT TOKEN patch|put

With `put` it says, and means, that it cannot change a part of a resource.
"""

import os
import secrets
import socket
import sys
from wsgiref.simple_server import make_server

from scim2_models import ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BearerTokenApplication
from scim2_server.testserver.cli import ThreadingWSGIServer
from scim2_server.utils import (
    load_default_resource_types,
    load_default_schemas,
    load_default_service_provider_config,
)


def main() -> None:
    port, token, way = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    config = load_default_service_provider_config()
    config.patch.supported = way == "patch"
    provider = ScimProvider.from_discovery(
        load_default_schemas().values(), load_default_resource_types().values(), config=config
    )
    service = ScimService(provider, secret=secrets.token_urlsafe(32))
    application = BearerTokenApplication(InMemoryStorage(), provider, service=service, bearer_tokens=[token])
    with make_server("127.0.0.1", port, application, server_class=ThreadingWSGIServer) as server:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
        server.serve_forever()


if __name__ == "__main__":
    main()
