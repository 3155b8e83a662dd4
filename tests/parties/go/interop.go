package main

import (
	"flag"
	"os"
	"time"

	"google.golang.org/grpc"
	_ "google.golang.org/grpc/encoding/gzip" // so that the compression cases have a party
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/interop"
	testpb "google.golang.org/grpc/interop/grpc_testing"
	"google.golang.org/grpc/orca"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/types/descriptorpb"
)

// runInterop serves what google.golang.org/grpc/interop/server serves, on a free port.
func runInterop() error {
	server := grpc.NewServer(orca.CallMetricsServerOption(nil))
	recorder := orca.NewServerMetricsRecorder()
	options := orca.ServiceOptions{MinReportingInterval: 30 * time.Second, ServerMetricsProvider: recorder}
	if err := orca.Register(server, options); err != nil {
		return err
	}
	service := interop.NewTestServer(interop.NewTestServerOptions{MetricsRecorder: recorder})
	testpb.RegisterTestServiceServer(server, service)
	return serve(server)
}

// writeDescriptors writes the schema that the interop server does not tell by reflection.
func writeDescriptors(args []string) error {
	flags := flag.NewFlagSet("descriptors", flag.ExitOnError)
	out := flags.String("out", "", "file to write")
	_ = flags.Parse(args)

	set := &descriptorpb.FileDescriptorSet{}
	seen := map[string]bool{}
	var add func(file protoreflect.FileDescriptor)
	add = func(file protoreflect.FileDescriptor) {
		if seen[file.Path()] {
			return
		}
		seen[file.Path()] = true
		for i := range file.Imports().Len() {
			add(file.Imports().Get(i).FileDescriptor)
		}
		set.File = append(set.File, protodesc.ToFileDescriptorProto(file))
	}
	for _, message := range []proto.Message{&testpb.SimpleRequest{}, &testpb.Empty{}, &healthpb.HealthCheckRequest{}} {
		add(message.ProtoReflect().Descriptor().ParentFile())
	}
	add(testpb.File_grpc_testing_test_proto)
	bytes, err := proto.MarshalOptions{Deterministic: true}.Marshal(set)
	if err != nil {
		return err
	}
	return os.WriteFile(*out, bytes, 0o644)
}
