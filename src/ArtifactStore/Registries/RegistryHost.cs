using System.Net;

namespace Provenance.ArtifactStore.Registries;

/// <summary>A registry's name, and where it is reached.</summary>
internal sealed class RegistryHost
{
    /// <summary>Decides on encryption by the name: only a loopback address, or a registry that the options list, goes without.</summary>
    public RegistryHost(string registry, IReadOnlySet<string> plainHttp)
    {
        Name = registry;
        string endpoint = registry == "docker.io" ? "registry-1.docker.io" : registry;
        var secure = new Uri($"https://{endpoint}/");
        IsLoopback = secure.Host == "localhost" || (IPAddress.TryParse(secure.Host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));
        IsPlain = IsLoopback || plainHttp.Contains(registry);
        Root = IsPlain ? new Uri($"http://{endpoint}/") : secure;
    }

    /// <summary>The name in references, <c>host[:port]</c>.</summary>
    public string Name { get; }

    /// <summary>Whether the registry runs on this machine.</summary>
    public bool IsLoopback { get; }

    /// <summary>Whether the registry is spoken to without encryption.</summary>
    public bool IsPlain { get; }

    /// <summary>The root of its API, ending in a slash.</summary>
    public Uri Root { get; }

    /// <summary>A fault of this registry.</summary>
    public RegistryException Fault(string code, string message, bool isTransient = false, Exception? innerException = null, TimeSpan? retryAfter = null) =>
        new(code, message, isTransient, innerException) { Registry = Name, RetryAfter = retryAfter };

    /// <summary>Whether an address belongs to this very registry: same scheme, host and port. Only there do credentials go.</summary>
    public bool Owns(Uri address) => Uri.Compare(address, Root, UriComponents.SchemeAndServer, UriFormat.Unescaped, StringComparison.OrdinalIgnoreCase) == 0;
}
