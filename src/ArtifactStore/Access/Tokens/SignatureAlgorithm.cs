using System.Security.Cryptography;

namespace Provenance.ArtifactStore.Access.Tokens;

/// <summary>
/// A way of signing tokens (RFC 7518, section 3.1). There are only those with a public key: neither <c>none</c> nor the HMACs exist here,
/// so that no token can ask to be checked with a public key as if it were a shared secret.
/// </summary>
internal sealed class SignatureAlgorithm
{
    /// <summary>All that are known.</summary>
    public static readonly IReadOnlyList<SignatureAlgorithm> All =
    [
        new("RS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        new("RS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pkcs1),
        new("RS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pkcs1),
        new("PS256", HashAlgorithmName.SHA256, RSASignaturePadding.Pss),
        new("PS384", HashAlgorithmName.SHA384, RSASignaturePadding.Pss),
        new("PS512", HashAlgorithmName.SHA512, RSASignaturePadding.Pss),
        new("ES256", HashAlgorithmName.SHA256, curve: "P-256"),
        new("ES384", HashAlgorithmName.SHA384, curve: "P-384"),
        new("ES512", HashAlgorithmName.SHA512, curve: "P-521"),
    ];

    private SignatureAlgorithm(string name, HashAlgorithmName hash, RSASignaturePadding? padding = null, string? curve = null) =>
        (Name, Hash, Padding, Curve) = (name, hash, padding, curve);

    /// <summary>The name in tokens and keys.</summary>
    public string Name { get; }

    /// <summary>The hash.</summary>
    public HashAlgorithmName Hash { get; }

    /// <summary>The padding of RSA signatures; null for elliptic curves.</summary>
    public RSASignaturePadding? Padding { get; }

    /// <summary>The curve; null for RSA.</summary>
    public string? Curve { get; }

    /// <summary>The algorithm of that name; null for all others.</summary>
    public static SignatureAlgorithm? Find(string name) => All.FirstOrDefault(algorithm => algorithm.Name == name);
}
