using Provenance.Attestor.Signing;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.SigningServices;

/// <summary>
/// Chooses among the services of a signing config (sigstore_trustroot.proto, SigningConfig): of those that are valid now, the highest version
/// that is supported here; of these the newest first, at most one for each operator. Versions are never mixed. The same config gives the same
/// choice for as long as the same services are valid.
/// </summary>
internal static class ServiceSelection
{
    private static readonly ServiceCount One = new(ServiceSelector.Any, 0);

    /// <summary>The certificate authority: version 1, which is asked at <c>/api/v2/signingCert</c>.</summary>
    /// <exception cref="SigningServiceException">There is none.</exception>
    public static SigningService CertificateAuthority(SigningConfig config, DateTimeOffset time) =>
        Choose("certificate authority", config.CertificateAuthorities, One, [1], time) is [var first, ..]
            ? first
            : throw Missing("The signing config lists no certificate authority. Add one to caUrls, or sign with a key.");

    /// <summary>The transparency logs, versions 1 and 2; none where the config lists none.</summary>
    /// <param name="config">The config.</param>
    /// <param name="time">Now.</param>
    /// <param name="version">The one version to use, 1 or 2; null for the highest that the config lists.</param>
    /// <exception cref="SigningServiceException">The config lists logs, but not enough that may be used.</exception>
    public static IReadOnlyList<SigningService> Logs(SigningConfig config, DateTimeOffset time, int? version) =>
        Choose("transparency log", config.Logs, config.LogCount, version is { } only ? [only] : [2, 1], time);

    /// <summary>The time stamping authorities, version 1; none where the config lists none.</summary>
    /// <exception cref="SigningServiceException">The config lists authorities, but not enough that may be used.</exception>
    public static IReadOnlyList<SigningService> TimestampAuthorities(SigningConfig config, DateTimeOffset time) =>
        Choose("time stamping authority", config.TimestampAuthorities, config.TimestampCount, [1], time);

    /// <summary>Applies the rules to services of one kind.</summary>
    /// <param name="kind">What people call the service.</param>
    /// <param name="listed">What the config lists.</param>
    /// <param name="count">How many the config wants.</param>
    /// <param name="versions">The supported versions, the best first.</param>
    /// <param name="time">Now.</param>
    internal static IReadOnlyList<SigningService> Choose(
        string kind, IReadOnlyList<SigningService> listed, ServiceCount count, ReadOnlySpan<int> versions, DateTimeOffset time)
    {
        if (listed.Count is 0)
        {
            return [];
        }

        List<SigningService> usable = [];
        foreach (int version in versions)
        {
            usable = [.. listed
                .Where(service => service.MajorApiVersion == version && service.ValidFor.Contains(time))
                .OrderByDescending(static service => service.ValidFor.Start)
                .DistinctBy(static service => service.Operator, StringComparer.Ordinal)];
            if (usable.Count > 0)
            {
                break;
            }
        }

        return (count.Selector, usable.Count) switch
        {
            (ServiceSelector.Undefined, _) => throw Missing($"The signing config does not say how many services of the kind {kind} to use. Set the selector to ANY, ALL or EXACT."),
            (_, 0) => throw Missing($"The signing config lists no {kind} that is valid at {ValidityWindow.Text(time)} and of version {string.Join(" or ", versions.ToArray())}: {Describe(listed)}."),
            (ServiceSelector.All, _) => usable,
            (ServiceSelector.Any, _) => usable[..1],
            (ServiceSelector.Exact, var found) when found >= count.Count => usable[..count.Count],
            (_, var found) => throw Missing(
                $"The signing config asks for {count.Count} services of the kind {kind}, each of another operator, of one version and valid at {ValidityWindow.Text(time)}; it lists {found}: {Describe(usable)}."),
        };
    }

    private static string Describe(IReadOnlyList<SigningService> services) =>
        string.Join("; ", services.Take(5).Select(static s => $"{s.Uri.Authority} (version {s.MajorApiVersion}, {s.ValidFor})")) + (services.Count > 5 ? "; and more" : "");

    // A config that the next start or a later time mends, but no repetition.
    private static SigningServiceException Missing(string message) => new(SigningServiceException.Unavailable, message);
}
