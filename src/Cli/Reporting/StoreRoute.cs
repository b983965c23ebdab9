namespace Provenance.Cli.Reporting;

/// <summary>What a request to the store is about, in few words: names of repositories and keys would make endless metrics.</summary>
internal static class StoreRoute
{
    /// <summary>The word for a path.</summary>
    public static string Of(string path)
    {
        if (path.StartsWith("/v2/", StringComparison.Ordinal))
        {
            return path.Length is 4 ? "oci_root" : OfRegistry(path);
        }

        if (path.StartsWith("/cache/", StringComparison.Ordinal))
        {
            return "cache";
        }

        // The caches may stand below the name of an instance: /main/ac/hash.
        return path switch
        {
            "/token" => "token",
            "/healthz" or "/readyz" or "/metrics" => "health",
            "/cas/find-missing" => "cas_find_missing",
            _ => SegmentBeforeLast(path) switch
            {
                "cas" => "cas",
                "ac" => "ac",
                _ => "other",
            },
        };
    }

    /// <summary>The cache that a route belongs to, where finding something there is a hit; null elsewhere.</summary>
    public static string? ProtocolOf(string route) => route switch
    {
        "oci_blobs" or "oci_manifests" => "oci",
        "cas" or "ac" or "cache" => route,
        _ => null,
    };

    private static string OfRegistry(string path)
    {
        if (path.EndsWith("/tags/list", StringComparison.Ordinal))
        {
            return "oci_tags";
        }

        return SegmentBeforeLast(path) switch
        {
            "uploads" => "oci_uploads",
            "blobs" => path.EndsWith("/blobs/uploads", StringComparison.Ordinal) ? "oci_uploads" : "oci_blobs",
            "manifests" => "oci_manifests",
            "referrers" => "oci_referrers",
            _ => path is "/v2/_catalog" ? "oci_catalog" : "other",
        };
    }

    private static ReadOnlySpan<char> SegmentBeforeLast(ReadOnlySpan<char> path)
    {
        int last = path.LastIndexOf('/');
        int before = last > 0 ? path[..last].LastIndexOf('/') : -1;
        return before >= 0 ? path[(before + 1)..last] : default;
    }
}
