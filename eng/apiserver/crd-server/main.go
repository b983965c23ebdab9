// Command crd-apiserver is the API server of the lanes: Kubernetes' own library for custom resources, so that lists,
// watches, patches and their errors are the real ones, without the kinds that are built in. It knows its users from a
// token file and from client certificates, and what they may do from a file of rules; both are read again when they
// change. Unlike the library alone it answers /apis and becomes ready without a second API server behind it.
package main

import (
	"fmt"
	"net/http"
	"os"
	"sync/atomic"

	"github.com/spf13/pflag"
	"go.opentelemetry.io/otel/trace/noop"
	"k8s.io/apiextensions-apiserver/pkg/apiserver"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	"k8s.io/apiextensions-apiserver/pkg/cmd/server/options"
	generatedopenapi "k8s.io/apiextensions-apiserver/pkg/generated/openapi"
	"k8s.io/apiserver/pkg/authentication/group"
	"k8s.io/apiserver/pkg/authentication/request/bearertoken"
	"k8s.io/apiserver/pkg/authentication/request/union"
	"k8s.io/apiserver/pkg/authentication/request/x509"
	"k8s.io/apiserver/pkg/endpoints/openapi"
	"k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/dynamiccertificates"
	utilopenapi "k8s.io/apiserver/pkg/util/openapi"
	"k8s.io/apiserver/pkg/util/webhook"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/component-base/version"
)

type files struct{ clientCA, tokens, rules string }

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crd-apiserver:", err)
		os.Exit(1)
	}
}

func run(arguments []string) error {
	var from files
	o := options.NewCustomResourceDefinitionsServerOptions(os.Stdout, os.Stderr)
	flags := pflag.NewFlagSet("crd-apiserver", pflag.ContinueOnError)
	o.ServerRunOptions.AddUniversalFlags(flags)
	o.APIEnablement.AddFlags(flags)
	o.RecommendedOptions.Etcd.AddFlags(flags)
	o.RecommendedOptions.SecureServing.AddFlags(flags)
	o.RecommendedOptions.Features.AddFlags(flags)
	o.RecommendedOptions.Audit.AddFlags(flags)
	flags.StringVar(&from.clientCA, "client-ca-file", "", "who signs client certificates; CN is the user, O its groups")
	flags.StringVar(&from.tokens, "token-auth-file", "", "CSV: token,user,uid,\"group,group\"")
	flags.StringVar(&from.rules, "rules-file", "", "JSON: what each user may do; system:masters may do everything")
	askVersion := flags.Bool("version", false, "print the version of Kubernetes and exit")
	if err := flags.Parse(arguments); err != nil {
		return err
	}
	if *askVersion {
		fmt.Println("Kubernetes", version.Get().GitVersion)
		return nil
	}
	if from.clientCA == "" || from.tokens == "" || from.rules == "" {
		return fmt.Errorf("--client-ca-file, --token-auth-file and --rules-file are needed")
	}
	return serve(o, from)
}

func serve(o *options.CustomResourceDefinitionsServerOptions, from files) error {
	// These four would look for a complete API server to ask.
	recommended := o.RecommendedOptions
	recommended.Authentication, recommended.Authorization = nil, nil
	recommended.CoreAPI, recommended.Admission = nil, nil
	recommended.Features.EnablePriorityAndFairness = false
	if err := o.Complete(); err != nil {
		return err
	}

	generic := server.NewRecommendedConfig(apiserver.Codecs)
	if err := o.ServerRunOptions.ApplyTo(&generic.Config); err != nil {
		return err
	}
	if err := recommended.ApplyTo(generic); err != nil {
		return err
	}
	if err := o.APIEnablement.ApplyTo(&generic.Config, apiserver.DefaultAPIResourceConfigSource(), apiserver.Scheme); err != nil {
		return err
	}
	generic.OpenAPIV3Config = server.DefaultOpenAPIV3Config(
		utilopenapi.GetOpenAPIDefinitionsWithoutDisabledFeatures(generatedopenapi.GetOpenAPIDefinitions),
		openapi.NewDefinitionNamer(apiserver.Scheme, scheme.Scheme))

	clientCA, err := dynamiccertificates.NewDynamicCAContentFromFile("client-ca", from.clientCA)
	if err != nil {
		return err
	}
	generic.SecureServing.ClientCA = clientCA
	generic.Authentication.Authenticator = group.NewAuthenticatedGroupAdder(union.New(
		x509.NewDynamic(clientCA.VerifyOptions, x509.CommonNameUserConversion),
		bearertoken.New(tokensOf(from.tokens))))
	generic.Authorization.Authorizer = rulesOf(from.rules)

	// The root of discovery needs a client of the server that it is part of: it answers once there is one.
	var client atomic.Pointer[clientset.Clientset]
	generic.BuildHandlerChainFunc = func(next http.Handler, c *server.Config) http.Handler {
		return server.DefaultBuildHandlerChain(discoveryRoot{next, &client}, c)
	}

	config := apiserver.Config{
		GenericConfig: generic,
		ExtraConfig: apiserver.ExtraConfig{
			CRDRESTOptionsGetter: options.NewCRDRESTOptionsGetter(
				*recommended.Etcd, generic.ResourceTransformers, generic.StorageObjectCountTracker),
			ServiceResolver: webhook.NewDefaultServiceResolver(),
			AuthResolverWrapper: webhook.NewDefaultAuthenticationInfoResolverWrapper(
				nil, nil, generic.LoopbackClientConfig, noop.NewTracerProvider()),
		},
	}
	completed := config.Complete()
	crds, err := completed.New(server.NewEmptyDelegate())
	if err != nil {
		return err
	}
	own, err := clientset.NewForConfig(crds.GenericAPIServer.LoopbackClientConfig)
	if err != nil {
		return err
	}
	client.Store(own)
	return crds.GenericAPIServer.PrepareRun().RunWithContext(server.SetupSignalContext())
}
