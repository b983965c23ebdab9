using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Bundles;

/// <summary>Signs statements and hands them back as bundles: with a key, or with a certificate for a short-lived one. Several callers may sign at once.</summary>
public interface IBundleSigner
{
    /// <summary>Who signs, as people read it: <c>key sha256:...</c>, or an identity and its issuer.</summary>
    string Name { get; }

    /// <summary>The services that signing needs, as <c>host[:port]</c>; empty where it needs none.</summary>
    IReadOnlyList<string> Services { get; }

    /// <summary>Signs a statement and writes its bundle, version 0.3.</summary>
    /// <exception cref="SigningServiceException">A service that signing needs refused, or is away. Nothing is lost: the same request may be made again.</exception>
    ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> statement, CancellationToken cancellationToken);

    /// <summary>Whether this signer made the bundle, now or in an earlier process: its signature holds, and is by the same key or identity.</summary>
    /// <exception cref="SigningServiceException">A service that must be asked for this signer's identity is away.</exception>
    ValueTask<bool> HasMadeAsync(Bundle bundle, CancellationToken cancellationToken);
}
