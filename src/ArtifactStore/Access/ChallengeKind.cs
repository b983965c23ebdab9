namespace Provenance.ArtifactStore.Access;

/// <summary>How clients of the registry are asked for credentials.</summary>
public enum ChallengeKind
{
    /// <summary>For name and password, with each request (RFC 7617).</summary>
    Basic,

    /// <summary>
    /// For a token of ours, which they get for name and password, or for nothing, at <c>/token</c> (distribution-spec's token
    /// authentication). The only way in which clients get at what everybody may read without having been given credentials.
    /// </summary>
    Bearer,
}
