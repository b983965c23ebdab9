using System.Text.RegularExpressions;

namespace Provenance.Attestor.Signing.Aws;

/// <summary>A key of AWS KMS as cosign names it: <c>awskms://[ENDPOINT]/KEY</c>, where KEY is an id, <c>alias/NAME</c>, or an ARN of either.</summary>
/// <param name="Endpoint">The server; null for that of the region.</param>
/// <param name="Key">The key.</param>
/// <param name="Region">The region that an ARN names; null where the environment says it.</param>
internal sealed partial record AwsReference(Uri? Endpoint, string Key, string? Region)
{
    /// <summary>What references begin with.</summary>
    public const string Scheme = "awskms://";

    /// <summary>Reads a reference.</summary>
    /// <exception cref="KeyException"><c>KEY_REFERENCE</c>.</exception>
    public static AwsReference Read(string reference)
    {
        var match = Form().Match(reference);
        if (!match.Success)
        {
            throw new KeyException("KEY_REFERENCE", $"{reference} names no key of AWS KMS. Write awskms:///alias/NAME, awskms:///KEY_ID or awskms:///ARN; another server than AWS goes before the third slash.");
        }

        string host = match.Groups["endpoint"].Value;
        Uri? endpoint = null;
        if (host.Length > 0)
        {
            // As everywhere, http is for this machine only.
            endpoint = Uri.TryCreate($"https://{host}", UriKind.Absolute, out var parsed)
                ? ThisMachine.Has(parsed) ? new Uri($"http://{host}") : parsed
                : throw new KeyException("KEY_REFERENCE", $"{reference} names no server before the third slash.");
        }

        return new AwsReference(endpoint, match.Groups["key"].Value, match.Groups["region"] is { Success: true } region ? region.Value : null);
    }

    [GeneratedRegex(@"\Aawskms://(?<endpoint>[A-Za-z0-9.-]*(:[0-9]{1,5})?)/(?<key>(arn:aws[a-z-]*:kms:(?<region>[a-z0-9-]+):[0-9]{12}:(key|alias)/[A-Za-z0-9/_-]{1,256})|alias/[A-Za-z0-9/_-]{1,250}|(mrk-)?[0-9a-f-]{32,40})\z")]
    private static partial Regex Form();
}
