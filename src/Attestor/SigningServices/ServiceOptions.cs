namespace Provenance.Attestor.SigningServices;

/// <summary>How the services are spoken to that signing needs.</summary>
public sealed class ServiceOptions
{
    /// <summary>
    /// The services that are spoken to without encryption, as <c>host[:port]</c> the way their addresses write it. Loopback addresses need
    /// no entry; for any other a signing config alone does not suffice, as what it lists receives identity tokens.
    /// </summary>
    public IReadOnlySet<string> PlainHttp { get; init; } = new HashSet<string>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How often a request is sent before its service counts as away.</summary>
    public int Attempts { get; init; } = 3;

    /// <summary>The longest pause after the first attempt; each later one may be twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest pause that a service is granted within one request. One that asks for more counts as away until then.</summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(10);
}
