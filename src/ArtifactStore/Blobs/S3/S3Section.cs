using Provenance.ArtifactStore.Configuring;

namespace Provenance.ArtifactStore.Blobs.S3;

/// <summary>The section <c>backend.s3</c> of a store's configuration file. It has no place for credentials.</summary>
public static class S3Section
{
    private const int LeastPart = 5 * 1024 * 1024;
    private const int LargestPart = 1024 * 1024 * 1024;

    /// <summary>Reads the section; null, with problems, where it names no bucket.</summary>
    public static S3Options? Read(YamlNode node, string path, YamlProblems problems)
    {
        var fields = new YamlFields(node, path, problems);
        var defaults = new S3Options { Bucket = "" };
        fields.Refuse(
            "is no field: credentials come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), AWS' credentials file or the workload's identity.",
            "accessKey", "secretKey", "accessKeyId", "secretAccessKey");
        string? bucket = fields.GetText("bucket");
        var options = new S3Options
        {
            Bucket = bucket ?? "",
            Prefix = fields.FindText("prefix") ?? defaults.Prefix,
            Endpoint = ReadEndpoint(fields),
            Region = fields.FindText("region") ?? defaults.Region,
            PathStyle = fields.FindFlag("pathStyle", defaults.PathStyle),
            PartSize = ReadPartSize(fields) ?? defaults.PartSize,
            IdleTimeout = fields.FindTime("timeout", defaults.IdleTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            Retries = (int)fields.FindNumber("retries", defaults.Retries, 0, 10),
            RedirectAbove = fields.FindBytes("redirectAbove"),
        };
        fields.Finish();
        return bucket is null ? null : options;
    }

    private static Uri? ReadEndpoint(YamlFields fields)
    {
        if (fields.Find("endpoint") is not { } node)
        {
            return null;
        }

        if (node is YamlScalar { Value: var text } && Uri.TryCreate(text, UriKind.Absolute, out var endpoint)
            && endpoint.Scheme is "https" or "http" && endpoint.UserInfo.Length is 0 && endpoint.PathAndQuery is "/" && endpoint.Fragment.Length is 0)
        {
            return endpoint;
        }

        fields.Problems.Add(node, $"{fields.PathOf("endpoint")} must be the address of a service without path and credentials, such as https://s3.example.com.");
        return null;
    }

    private static int? ReadPartSize(YamlFields fields)
    {
        if (fields.Find("partSize") is not { } node)
        {
            return null;
        }

        if (node is YamlScalar scalar && Quantity.ReadBytes(scalar.Value) is >= LeastPart and <= LargestPart and { } size)
        {
            return (int)size;
        }

        fields.Problems.Add(node, $"{fields.PathOf("partSize")} must be between 5MiB and 1GiB.");
        return null;
    }
}
