package main

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"

	apiextensions "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apiextensions-apiserver/pkg/client/clientset/clientset"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
)

// discoveryRoot answers /api and /apis, which in a complete API server the aggregator answers. What lies beneath them
// is the library's.
type discoveryRoot struct {
	next   http.Handler
	client *atomic.Pointer[clientset.Clientset]
}

func (d discoveryRoot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch strings.TrimSuffix(r.URL.Path, "/") {
	case "/api":
		answer(w, meta.APIVersions{TypeMeta: meta.TypeMeta{Kind: "APIVersions"}, Versions: []string{}})
	case "/apis":
		groups, err := d.groups(r.Context())
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		answer(w, meta.APIGroupList{TypeMeta: meta.TypeMeta{Kind: "APIGroupList", APIVersion: "v1"}, Groups: groups})
	default:
		d.next.ServeHTTP(w, r)
	}
}

func (d discoveryRoot) groups(ctx context.Context) ([]meta.APIGroup, error) {
	client := d.client.Load()
	if client == nil {
		return nil, errors.New("the server is starting")
	}
	crds, err := client.ApiextensionsV1().CustomResourceDefinitions().List(ctx, meta.ListOptions{})
	if err != nil {
		return nil, err
	}
	versions := map[string][]string{apiextensions.GroupName: {"v1"}}
	for _, crd := range crds.Items {
		for _, v := range crd.Spec.Versions {
			if v.Served && !slices.Contains(versions[crd.Spec.Group], v.Name) {
				versions[crd.Spec.Group] = append(versions[crd.Spec.Group], v.Name)
			}
		}
	}
	var groups []meta.APIGroup
	for name, served := range versions {
		// The stablest and newest version comes first and is the preferred one.
		slices.SortFunc(served, func(a, b string) int { return version.CompareKubeAwareVersionStrings(b, a) })
		group := meta.APIGroup{Name: name}
		for _, v := range served {
			group.Versions = append(group.Versions, meta.GroupVersionForDiscovery{GroupVersion: name + "/" + v, Version: v})
		}
		group.PreferredVersion = group.Versions[0]
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b meta.APIGroup) int { return strings.Compare(a.Name, b.Name) })
	return groups, nil
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(body)
}
