// The Go parties of the tests: servers that know nothing of Proconsul.
//
//	parties interop                     grpc-go's own interop test service, in plaintext and without reflection
//	parties descriptors -out FILE       the descriptor set of that service (and of grpc.health.v1)
//	parties depot -protoset FILE ...    depot.v1.Depot (editions), reflection v1 and v1alpha, health; TLS by flags
//
// A server prints its port as one line when it listens, and ends when its standard input closes, on SIGTERM, or
// after half an hour.
package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/signal"
	"syscall"
	"time"

	"google.golang.org/grpc"
)

const longestLife = 30 * time.Minute

func main() {
	if len(os.Args) < 2 {
		fail("usage: parties interop|descriptors|depot [flags]")
	}
	var err error
	switch os.Args[1] {
	case "interop":
		err = runInterop()
	case "descriptors":
		err = writeDescriptors(os.Args[2:])
	case "depot":
		err = runDepot(os.Args[2:])
	default:
		err = fmt.Errorf("no such party: %s", os.Args[1])
	}
	if err != nil {
		fail(err.Error())
	}
}

func fail(why string) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}

// serve listens on a free port of the loopback, says which, and returns when the party is to end.
func serve(server *grpc.Server) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)

	closed := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(closed)
	}()
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT)
	select {
	case err = <-ended:
	case <-closed:
	case <-signals:
	case <-time.After(longestLife):
	}
	server.Stop()
	return err
}
