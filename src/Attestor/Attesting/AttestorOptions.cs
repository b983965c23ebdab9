namespace Provenance.Attestor.Attesting;

/// <summary>What an operator must say before anything is attested.</summary>
public sealed record AttestorOptions
{
    /// <summary>The builder id that Tekton Chains gives to every installation alike.</summary>
    public const string ChainsDefaultBuilderId = "https://tekton.dev/chains/v2";

    /// <summary>Which instance of a platform built: an absolute URI of the operator's own (SLSA provenance v1, <c>builder.id</c>).</summary>
    public required string BuilderId { get; init; }

    /// <summary>Where attestations are stored; null where they are only handed back.</summary>
    public AttestationDestination? Destination { get; init; }

    /// <summary>Checks the options.</summary>
    /// <returns>What is wrong, one sentence each; empty when all is well.</returns>
    public IReadOnlyList<string> Validate()
    {
        if (BuilderId.Length is 0 or > 2048 || !Uri.TryCreate(BuilderId, UriKind.Absolute, out _) || BuilderId.Any(char.IsWhiteSpace))
        {
            return [$"The builder id \"{BuilderId}\" is no absolute URI. Give the URI by which verifiers know this platform instance: --builder-id https://ci.example.com/provenance/prod"];
        }

        return [];
    }

    /// <summary>What is allowed but unwise, one sentence each.</summary>
    public IReadOnlyList<string> Lint() => BuilderId.TrimEnd('/') == ChainsDefaultBuilderId
        ? [$"The builder id {ChainsDefaultBuilderId} is the default of every Tekton Chains installation and so identifies none. Use a URI of your own."]
        : [];
}
