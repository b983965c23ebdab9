using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>The keys of an issuer in a file.</summary>
internal sealed class KeySetFile(string path, TimeProvider time, Action<string>? trouble) : IKeySource
{
    private readonly RereadFile<IssuerKeySet> file = new(path, IssuerKeySet.MaximumSize, static bytes => IssuerKeySet.Parse(bytes), time, trouble);

    /// <inheritdoc/>
    public ValueTask<IssuerKeySet?> GetAsync(bool missing, CancellationToken cancellationToken) => ValueTask.FromResult<IssuerKeySet?>(file.Current);
}
