namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>Where an S3-compatible object store keeps the blobs.</summary>
public sealed record S3Options
{
    /// <summary>The bucket; it must exist.</summary>
    public required string Bucket { get; init; }

    /// <summary>What the keys of all objects begin with, e.g. <c>provenance/</c>; empty for none.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The address of the service; null for that of AWS in <see cref="Region"/>.</summary>
    public Uri? Endpoint { get; init; }

    /// <summary>The region that requests are signed for.</summary>
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket is a part of the path and not of the host's name, as servers other than AWS mostly want it.</summary>
    public bool PathStyle { get; init; }

    /// <summary>The access key; null for what the environment, the files or the workload identity of AWS give.</summary>
    public string? AccessKey { get; init; }

    /// <summary>The secret of <see cref="AccessKey"/>.</summary>
    public string? SecretKey { get; init; }

    /// <summary>From how many bytes on a blob is sent in parts of that size; S3 wants at least 5 MiB.</summary>
    public int PartSize { get; init; } = 16 * 1024 * 1024;

    /// <summary>How long an answer, or the next bytes of one, may be awaited.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is repeated that the service did not answer, or with 429 or 5xx.</summary>
    public int Retries { get; init; } = 3;

    /// <summary>
    /// Above how many bytes a GET of a registry's blob is answered with a redirect to a signed address of the bucket, from which the client
    /// reads bytes that were not hashed again; null to send all content through the store.
    /// </summary>
    public long? RedirectAbove { get; init; }

    /// <summary>Which bucket, and where in it.</summary>
    internal string Place => $"S3 bucket {Bucket} at {Endpoint?.GetLeftPart(UriPartial.Authority) ?? Region}, prefix \"{Prefix}\"";

    internal void Validate()
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(Bucket);
        ArgumentOutOfRangeException.ThrowIfLessThan(PartSize, 5 * 1024 * 1024);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(IdleTimeout, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfNegative(Retries);
        if ((AccessKey is null) != (SecretKey is null))
        {
            throw new ArgumentException("An access key needs its secret, and a secret its key.");
        }
    }
}
