using Provenance.Attestor.Signers;
using Provenance.Attestor.Trust;

namespace Provenance.Attestor.Verifying;

/// <summary>
/// The time in which a key's signatures count; both ends belong to it. Only what trusted third parties saw places a signature in time:
/// without them a stolen key could sign for any day.
/// </summary>
/// <param name="NotBefore">The first moment; null where it is open.</param>
/// <param name="NotAfter">The last moment; null where it is open.</param>
public sealed record KeyWindow(DateTimeOffset? NotBefore, DateTimeOffset? NotAfter)
{
    /// <summary>Why a signature that was seen at these times does not count; null where it does.</summary>
    internal CheckFailure? Check(IReadOnlyList<VerifiedTime> times)
    {
        if (times.Count is 0)
        {
            return new CheckFailure(
                VerdictCodes.KeyWindow, "The key is trusted for a time only, and nobody who is trusted saw when the signature was made.", ToString(), "no trusted time");
        }

        return times.FirstOrDefault(time => time.Time < NotBefore || time.Time > NotAfter) is { } outside
            ? new CheckFailure(
                VerdictCodes.KeyWindow, $"{outside.Witness} saw the signature when the key was not trusted.", ToString(), ValidityWindow.Text(outside.Time))
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => (NotBefore, NotAfter) switch
    {
        ({ } start, { } end) => $"{ValidityWindow.Text(start)} to {ValidityWindow.Text(end)}",
        ({ } start, null) => $"{ValidityWindow.Text(start)} or later",
        (null, { } end) => $"{ValidityWindow.Text(end)} or earlier",
        _ => "any time",
    };
}
