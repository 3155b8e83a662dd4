package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health"
	healthpb "google.golang.org/grpc/health/grpc_health_v1"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/reflection"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protodesc"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/types/descriptorpb"
	"google.golang.org/protobuf/types/dynamicpb"
)

// runDepot serves depot.v1.Depot by dynamic messages, so that the schema is what protoc made of the .proto files.
func runDepot(args []string) error {
	flags := flag.NewFlagSet("depot", flag.ExitOnError)
	protoset := flags.String("protoset", "", "descriptor set of depot.v1, with imports")
	certificate := flags.String("cert", "", "PEM chain; serves TLS")
	key := flags.String("key", "", "PEM key of -cert")
	clientCA := flags.String("client-ca", "", "PEM; demands client certificates signed by it")
	token := flags.String("token", "", "demand `token: VALUE` of every call, reflection and health too")
	streams := flags.Uint("max-streams", 0, "concurrent streams allowed on a connection; 0: no limit")
	_ = flags.Parse(args)

	service, err := loadDepot(*protoset)
	if err != nil {
		return err
	}
	var options []grpc.ServerOption
	if *certificate != "" {
		config, err := tlsConfig(*certificate, *key, *clientCA)
		if err != nil {
			return err
		}
		options = append(options, grpc.Creds(credentials.NewTLS(config)))
	}
	if *token != "" {
		options = append(options,
			grpc.UnaryInterceptor(func(ctx context.Context, request any, _ *grpc.UnaryServerInfo, next grpc.UnaryHandler) (any, error) {
				if err := demand(ctx, *token); err != nil {
					return nil, err
				}
				return next(ctx, request)
			}),
			grpc.StreamInterceptor(func(server any, stream grpc.ServerStream, _ *grpc.StreamServerInfo, next grpc.StreamHandler) error {
				if err := demand(stream.Context(), *token); err != nil {
					return err
				}
				return next(server, stream)
			}))
	}
	if *streams > 0 {
		options = append(options, grpc.MaxConcurrentStreams(uint32(*streams)))
	}
	server := grpc.NewServer(options...)
	server.RegisterService(describe(service), struct{}{})
	statuses := health.NewServer()
	statuses.SetServingStatus(string(service.FullName()), healthpb.HealthCheckResponse_SERVING)
	statuses.SetServingStatus("closed", healthpb.HealthCheckResponse_NOT_SERVING)
	healthpb.RegisterHealthServer(server, statuses)
	reflection.Register(server)
	return serve(server)
}

func demand(ctx context.Context, token string) error {
	given, _ := metadata.FromIncomingContext(ctx)
	if values := given.Get("token"); len(values) != 1 || values[0] != token {
		return status.Error(codes.Unauthenticated, "the token is missing or wrong")
	}
	return nil
}

func tlsConfig(certificate, key, clientCA string) (*tls.Config, error) {
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	if clientCA != "" {
		pem, err := os.ReadFile(clientCA)
		if err != nil {
			return nil, err
		}
		config.ClientCAs = x509.NewCertPool()
		if !config.ClientCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("no certificate in " + clientCA)
		}
		config.ClientAuth = tls.RequireAndVerifyClientCert
	}
	return config, nil
}

// loadDepot registers the descriptor set's files, where reflection finds them, and returns the service.
func loadDepot(path string) (protoreflect.ServiceDescriptor, error) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var set descriptorpb.FileDescriptorSet
	if err := proto.Unmarshal(bytes, &set); err != nil {
		return nil, err
	}
	files, err := protodesc.NewFiles(&set)
	if err != nil {
		return nil, err
	}
	files.RangeFiles(func(file protoreflect.FileDescriptor) bool {
		err = protoregistry.GlobalFiles.RegisterFile(file)
		return err == nil
	})
	if err != nil {
		return nil, err
	}
	found, err := files.FindDescriptorByName("depot.v1.Depot")
	if err != nil {
		return nil, err
	}
	service, ok := found.(protoreflect.ServiceDescriptor)
	if !ok {
		return nil, fmt.Errorf("%s is no service", found.FullName())
	}
	return service, nil
}

// describe makes a service of handlers that answer by dynamic messages. All methods are registered as streams: that
// is how grpc-go sees a unary call too.
func describe(service protoreflect.ServiceDescriptor) *grpc.ServiceDesc {
	description := &grpc.ServiceDesc{
		ServiceName: string(service.FullName()),
		HandlerType: (*any)(nil),
		Metadata:    service.ParentFile().Path(),
	}
	for i := range service.Methods().Len() {
		method := service.Methods().Get(i)
		description.Streams = append(description.Streams, grpc.StreamDesc{
			StreamName:    string(method.Name()),
			ServerStreams: true,
			ClientStreams: true,
			Handler:       func(_ any, stream grpc.ServerStream) error { return answer(method, stream) },
		})
	}
	return description
}

func answer(method protoreflect.MethodDescriptor, stream grpc.ServerStream) error {
	output := func() *dynamicpb.Message { return dynamicpb.NewMessage(method.Output()) }
	field := func(message *dynamicpb.Message, name protoreflect.Name) protoreflect.FieldDescriptor {
		return message.Descriptor().Fields().ByName(name)
	}
	var parcels int32
	var weight int64
	for {
		request := dynamicpb.NewMessage(method.Input())
		err := stream.RecvMsg(request)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		parcels++
		switch method.Name() {
		case "List":
			count := int32(request.Get(field(request, "count")).Int())
			for i := range count {
				parcel := output()
				parcel.Set(field(parcel, "name"), protoreflect.ValueOfString(fmt.Sprintf("parcel %d", i)))
				if err := stream.SendMsg(parcel); err != nil {
					return err
				}
			}
			return nil
		case "Collect":
			weight += request.Get(field(request, "weight_g")).Int()
		default:
			if err := stream.SendMsg(request); err != nil {
				return err
			}
			if !method.IsStreamingClient() {
				return nil
			}
		}
	}
	if method.Name() == "Collect" {
		summary := output()
		summary.Set(field(summary, "parcels"), protoreflect.ValueOfInt32(parcels))
		summary.Set(field(summary, "weight_g"), protoreflect.ValueOfInt64(weight))
		return stream.SendMsg(summary)
	}
	return nil
}
