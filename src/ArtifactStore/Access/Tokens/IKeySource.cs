namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>Where the keys of an issuer come from: a file, or the issuer itself.</summary>
internal interface IKeySource
{
    /// <summary>The keys; null where they cannot be had. With <paramref name="missing"/> those that were read before lack a key that a token names.</summary>
    ValueTask<IssuerKeySet?> GetAsync(bool missing, CancellationToken cancellationToken);
}
