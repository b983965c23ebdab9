using System.Globalization;

namespace Provenance.Attestor.Trust;

/// <summary>The time in which something is trusted; both ends belong to it (sigstore_common.proto, TimeRange).</summary>
/// <param name="Start">The first moment.</param>
/// <param name="End">The last moment; null where it is open.</param>
public sealed record ValidityWindow(DateTimeOffset Start, DateTimeOffset? End)
{
    /// <summary>Whether the time lies in the window.</summary>
    public bool Contains(DateTimeOffset time) => time >= Start && (End is null || time <= End);

    /// <inheritdoc/>
    public override string ToString() => $"{Text(Start)} to {(End is { } end ? Text(end) : "now")}";

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
