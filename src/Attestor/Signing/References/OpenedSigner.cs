namespace Provenance.Attestor.Signing.References;

/// <summary>A signer that a reference led to.</summary>
/// <param name="signer">The signer, which is disposed of together with this.</param>
/// <param name="problems">What is wrong with where it was found.</param>
public sealed class OpenedSigner(ISigner signer, IReadOnlyList<string> problems) : IDisposable
{
    /// <summary>The signer.</summary>
    public ISigner Signer { get; } = signer;

    /// <summary>Sentences to show to the operator, such as a file that others may read; empty when all is well.</summary>
    public IReadOnlyList<string> Problems { get; } = problems;

    /// <inheritdoc/>
    public void Dispose() => (Signer as IDisposable)?.Dispose();
}
