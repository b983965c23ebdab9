using System.Globalization;
using System.Text.Json;
using Provenance.Attestor.Envelopes;

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

    /// <summary>Reads a TimeRange; <paramref name="where"/> names it in errors.</summary>
    /// <exception cref="EvidenceException">It has no start, ends before it, or has a time of another form.</exception>
    internal static ValidityWindow Read(JsonElement value, string where)
    {
        StrictJson.RefuseUnknown(value, where, ["start", "end"]);
        var start = ReadTime(StrictJson.GetText(value, "start", where), where);
        var end = StrictJson.Find(value, "end", JsonValueKind.String, where) is { } text ? ReadTime(text.GetString()!, where) : (DateTimeOffset?)null;
        return end is null || start <= end ? new ValidityWindow(start, end) : throw new EvidenceException("TIME_RANGE", $"The {where} ends before it starts.");
    }

    internal static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DateTimeOffset ReadTime(string text, string where) =>
        text.EndsWith('Z') && DateTimeOffset.TryParseExact(
            WithoutNanoseconds(text), "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time
            : throw new EvidenceException("TIME_RANGE", $"The {where} has the time \"{StrictJson.Excerpt(text)}\", which is not of the form 2026-01-31T12:00:00Z.");

    // Go writes up to nine decimals. What is below .NET's seven would decide over a tenth of a microsecond.
    private static string WithoutNanoseconds(string text)
    {
        int decimals = text.Length - text.IndexOf('.') - 2;
        return decimals is 8 or 9 && text.AsSpan(text.Length - 1 - decimals, decimals).IndexOfAnyExceptInRange('0', '9') < 0
            ? string.Concat(text.AsSpan(0, text.Length - 1 - decimals + 7), "Z")
            : text;
    }
}
