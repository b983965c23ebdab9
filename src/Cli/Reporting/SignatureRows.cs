using System.Globalization;
using Provenance.Attestor.Signers;

namespace Provenance.Cli.Reporting;

/// <summary>The rows that say who signed, when, and where it is logged.</summary>
internal static class SignatureRows
{
    public static void AddTo(FactSheet facts, VerifiedSignature signature)
    {
        if (signature.Identity is { } identity)
        {
            facts.Add("identity", identity.Subject);
            facts.Add("issuer", identity.Issuer);
        }

        facts.Add("key", $"sha256:{signature.Key.Fingerprint}  {signature.Key.Algorithm}");
        foreach (var time in signature.Times)
        {
            facts.Add("signed at", $"{Text(time.Time)}  {time.Witness}");
        }

        foreach (string entry in signature.LogEntries)
        {
            facts.Add("log entry", entry);
        }
    }

    public static string Text(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
