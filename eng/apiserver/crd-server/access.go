package main

import (
	"context"
	"encoding/json"
	"os"
	"slices"
	"sync"
	"time"

	"k8s.io/apiserver/pkg/authentication/authenticator"
	"k8s.io/apiserver/pkg/authentication/token/tokenfile"
	"k8s.io/apiserver/pkg/authentication/user"
	"k8s.io/apiserver/pkg/authorization/authorizer"
	"k8s.io/apiserver/pkg/authorization/authorizerfactory"
	"k8s.io/apiserver/pkg/authorization/union"
)

// reloaded is what a file holds, read again whenever the file was replaced or written to.
type reloaded[T any] struct {
	path string
	read func(path string) (T, error)

	lock     sync.Mutex
	modified time.Time
	size     int64
	content  T
}

func (r *reloaded[T]) get() (T, error) {
	r.lock.Lock()
	defer r.lock.Unlock()
	status, err := os.Stat(r.path)
	if err != nil {
		return r.content, err
	}
	if status.ModTime().Equal(r.modified) && status.Size() == r.size {
		return r.content, nil
	}
	content, err := r.read(r.path)
	if err != nil {
		return r.content, err
	}
	r.content, r.modified, r.size = content, status.ModTime(), status.Size()
	return content, nil
}

func tokensOf(path string) authenticator.Token {
	file := &reloaded[*tokenfile.TokenAuthenticator]{path: path, read: tokenfile.NewCSV}
	return authenticator.TokenFunc(func(ctx context.Context, token string) (*authenticator.Response, bool, error) {
		tokens, err := file.get()
		if err != nil {
			return nil, false, err
		}
		return tokens.AuthenticateToken(ctx, token)
	})
}

// rule allows what it names and nothing else. "*" stands for all; a list or watch across namespaces needs it, as with
// a ClusterRoleBinding. A subresource is written RESOURCE/SUBRESOURCE.
type rule struct {
	User       string   `json:"user"`
	Verbs      []string `json:"verbs"`
	Groups     []string `json:"groups"`
	Resources  []string `json:"resources"`
	Namespaces []string `json:"namespaces"`
}

func readRules(path string) ([]rule, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var rules []rule
	decoder := json.NewDecoder(file)
	decoder.DisallowUnknownFields()
	err = decoder.Decode(&rules)
	return rules, err
}

func (r rule) allows(a authorizer.Attributes) bool {
	resource := a.GetResource()
	if a.GetSubresource() != "" {
		resource += "/" + a.GetSubresource()
	}
	return r.User == a.GetUser().GetName() &&
		named(r.Verbs, a.GetVerb()) &&
		named(r.Groups, a.GetAPIGroup()) &&
		named(r.Resources, resource) &&
		named(r.Namespaces, a.GetNamespace())
}

func named(names []string, name string) bool {
	return slices.Contains(names, "*") || slices.Contains(names, name)
}

// rulesOf allows everything to system:masters, to whom the server itself belongs, discovery and health to whoever is
// known, and of the rest what a rule allows.
func rulesOf(path string) authorizer.Authorizer {
	file := &reloaded[[]rule]{path: path, read: readRules}
	return union.New(authorizerfactory.NewPrivilegedGroups(user.SystemPrivilegedGroup), authorizer.AuthorizerFunc(func(_ context.Context, a authorizer.Attributes) (authorizer.Decision, string, error) {
		if !a.IsResourceRequest() {
			if a.GetVerb() == "get" {
				return authorizer.DecisionAllow, "", nil
			}
			return authorizer.DecisionNoOpinion, "", nil
		}
		rules, err := file.get()
		if err != nil {
			return authorizer.DecisionNoOpinion, "", err
		}
		for _, r := range rules {
			if r.allows(a) {
				return authorizer.DecisionAllow, "", nil
			}
		}
		return authorizer.DecisionNoOpinion, "no rule allows it", nil
	}))
}
