namespace Provenance.Attestor.Runs;

/// <summary>Which run it was; no two runs of a cluster share an identity, not even one recreated under the same name.</summary>
public sealed record RunIdentity
{
    /// <summary>The cluster's own identifier (the UID of its kube-system namespace); null where there is no cluster.</summary>
    public string? Cluster { get; init; }

    /// <summary>The API group and version, such as <c>tekton.dev/v1</c>.</summary>
    public required string ApiVersion { get; init; }

    /// <summary>The kind, such as <c>TaskRun</c>.</summary>
    public required string Kind { get; init; }

    /// <summary>The namespace; empty where the run file names none.</summary>
    public required string Namespace { get; init; }

    /// <summary>The name.</summary>
    public required string Name { get; init; }

    /// <summary>The UID that the API server gave the object; empty where the run file names none.</summary>
    public required string Uid { get; init; }

    /// <summary>What tells attempts under the same UID apart; null where a kind never reopens a run.</summary>
    public string? Attempt { get; init; }

    /// <summary>
    /// The SLSA <c>invocationId</c>, and the key under which a run is known to be handled:
    /// <c>[cluster/]apis/group/version/namespaces/namespace/kinds/name@uid[#attempt]</c>.
    /// </summary>
    public string InvocationId =>
        $"{(Cluster is null ? "" : Cluster + "/")}apis/{ApiVersion}/namespaces/{Namespace}/{Kind.ToLowerInvariant()}s/{Name}@{Uid}{(Attempt is null ? "" : "#" + Attempt)}";

    /// <summary>How people write it: <c>TaskRun namespace/name</c>.</summary>
    public override string ToString() => Namespace.Length is 0 ? $"{Kind} {Name}" : $"{Kind} {Namespace}/{Name}";
}
