namespace Provenance.ArtifactStore.Registries;

/// <summary>How registries are spoken to.</summary>
public sealed class RemoteRegistryOptions
{
    /// <summary>
    /// Registries, <c>host[:port]</c>, that are spoken to without encryption. <c>localhost</c>, 127.0.0.0/8 and <c>[::1]</c> always are.
    /// </summary>
    public IReadOnlySet<string> PlainHttp { get; init; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// The registries, <c>host[:port]</c>, that may be on this machine or its link (loopback, 169.254.0.0/16, fe80::/10); null for all.
    /// A process that takes registries' names from others sets it, since what listens there is not meant for them.
    /// </summary>
    public IReadOnlySet<string>? MayBeLocal { get; init; }

    /// <summary>Whether what a registry says may lead nowhere but to itself: neither to another host for its blobs nor to a token service elsewhere.</summary>
    public bool StaysWithRegistry { get; init; }

    /// <summary>
    /// Docker's <c>config.json</c>, whose <c>auths</c> hold the credentials; null for <c>$DOCKER_CONFIG/config.json</c>, else
    /// <c>~/.docker/config.json</c>. A file that does not exist means no credentials.
    /// </summary>
    public string? CredentialsFile { get; init; }

    /// <summary>How long one request may take; requests that carry a blob get a second more for every 64 KiB.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How often a request is tried when the registry is away or busy.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>The pause after the first failed attempt; it doubles each time, with jitter.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest pause, also where the registry asks for a longer one by <c>Retry-After</c>.</summary>
    public TimeSpan MaximumRetryDelay { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>After how long an entry in a fallback index is looked up again, in case another writer has overwritten it; up to half as long again by jitter.</summary>
    public TimeSpan FallbackSettleDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Refuses an address that is not the registry's own, where it must be.</summary>
    /// <exception cref="RegistryException"><c>ADDRESS_REFUSED</c>.</exception>
    internal void RequireOwn(RegistryHost registry, Uri address, string purpose)
    {
        if (StaysWithRegistry && !registry.Owns(address))
        {
            throw registry.Fault(
                "ADDRESS_REFUSED", $"Cannot {purpose}: registry {registry.Name} leads to {address.Authority}, and no other host than the registry may be asked (--offline).");
        }
    }

    /// <summary>Whether what a registry says may lead to this address, wherever that is: it is the registry's own, or named.</summary>
    internal bool MayReach(RegistryHost registry, Uri address) => registry.Owns(address) || MayBeLocal?.Contains(address.Authority) is true;
}
