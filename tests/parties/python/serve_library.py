"""The Python party of the tests: library.v1.Library on grpcio.

serve_library.py [deflate|gzip] [tls CERTIFICATE KEY]: answers are compressed so, over TLS with these PEM files. Serves
reflection v1alpha (all that grpcio-reflection knows), health and rich errors by grpcio-status. Prints its port as one
line when it listens; ends when its standard input closes, on SIGTERM, or after half an hour.
"""

import os
import signal
import sys
import threading
from concurrent import futures

import grpc
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from grpc_status import rpc_status
from library.v1 import library_pb2, library_pb2_grpc

LONGEST_LIFE_S = 30 * 60
BOOKS = ["Dream of the Red Chamber", "Middlemarch", "Life: A User's Manual"]


def not_found(name):
    """NOT_FOUND with a detail of each kind, our own among them."""
    details = [
        error_details_pb2.ErrorInfo(reason="NO_SUCH_BOOK", domain="library.example", metadata={"name": name}),
        error_details_pb2.BadRequest(
            field_violations=[
                error_details_pb2.BadRequest.FieldViolation(field="name", description="no book has this name")
            ]
        ),
        error_details_pb2.LocalizedMessage(locale="zh-CN", message="没有这本书"),
        library_pb2.ShelfHint(shelf="fiction", row=7),
    ]
    packed = []
    for detail in details:
        wrapped = any_pb2.Any()
        wrapped.Pack(detail)
        packed.append(wrapped)
    status = status_pb2.Status(code=code_pb2.NOT_FOUND, message=f"no book “{name}”", details=packed)
    return rpc_status.to_status(status)


class Library(library_pb2_grpc.LibraryServicer):
    def GetBook(self, request, context):
        if request.name == "Anthology":
            return library_pb2.Book(name=request.name, authors=["somebody"] * 500)
        if request.name not in BOOKS:
            context.abort_with_status(not_found(request.name))
        book = library_pb2.Book(name=request.name, authors=["somebody"])
        book.printed.FromJsonString("1791-01-02T03:04:05.006Z")
        return book

    def ListBooks(self, request, context):
        for sent, name in enumerate(BOOKS):
            if request.fail_after and sent == request.fail_after:
                context.abort_with_status(not_found(name))
            yield library_pb2.Book(name=name)


def wait_for_end_of_input(end):
    # Unbuffered: a daemon thread inside sys.stdin makes the interpreter abort at its end.
    while os.read(0, 4096):
        pass
    end.set()


def main():
    compressions = {"deflate": grpc.Compression.Deflate, "gzip": grpc.Compression.Gzip}
    args = sys.argv[1:]
    compression = compressions[args.pop(0)] if args and args[0] in compressions else None
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8), compression=compression)
    library_pb2_grpc.add_LibraryServicer_to_server(Library(), server)
    statuses = health.HealthServicer()
    statuses.set("library.v1.Library", health_pb2.HealthCheckResponse.SERVING)
    health_pb2_grpc.add_HealthServicer_to_server(statuses, server)
    names = (
        library_pb2.DESCRIPTOR.services_by_name["Library"].full_name,
        health.SERVICE_NAME,
        reflection.SERVICE_NAME,
    )
    reflection.enable_server_reflection(names, server)
    if args and args[0] == "tls":
        with open(args[1], "rb") as certificate, open(args[2], "rb") as key:
            credentials = grpc.ssl_server_credentials([(key.read(), certificate.read())])
        port = server.add_secure_port("127.0.0.1:0", credentials)
    else:
        port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)

    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    threading.Thread(target=wait_for_end_of_input, args=(end,), daemon=True).start()
    end.wait(LONGEST_LIFE_S)
    server.stop(None).wait(5)


main()
