using Provenance.Attestor.Signing;

namespace Provenance.Attestor.Trust;

/// <summary>A transparency log that is trusted: one of artifacts' signatures (Rekor), or one of certificates (CT).</summary>
public sealed record TrustedLog
{
    /// <summary>Where the log is.</summary>
    public required Uri BaseUrl { get; init; }

    /// <summary>The key that signs for it.</summary>
    public required SignatureKey Key { get; init; }

    /// <summary>The id by which entries name it.</summary>
    public required ReadOnlyMemory<byte> Id { get; init; }

    /// <summary>When the key is trusted.</summary>
    public required ValidityWindow ValidFor { get; init; }

    /// <summary>The first four bytes of its signatures in checkpoints (C2SP signed-note, key id).</summary>
    public required ReadOnlyMemory<byte> KeyHint { get; init; }

    /// <summary>The first line of its checkpoints, in logs of version 2 (C2SP tlog-checkpoint, origin).</summary>
    public string Origin => BaseUrl.Host + BaseUrl.AbsolutePath.TrimEnd('/');
}
