using System.Globalization;
using Provenance.Watcher.Kubernetes.Requests;

namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>Writes the requests by which a resource is followed.</summary>
internal static class FollowRequests
{
    /// <summary>A page of the list: consistent on the first page, of the same moment on those after it.</summary>
    public static ApiRequest List(ServedResource served, int limit, string? token)
    {
        string query = string.Create(CultureInfo.InvariantCulture, $"?limit={limit}{Selector(served)}");
        return Request("list", served, token is null ? query : $"{query}&continue={Uri.EscapeDataString(token)}", TimeSpan.FromSeconds(60));
    }

    /// <summary>The changes after a version.</summary>
    public static ApiRequest Watch(ServedResource served, string resourceVersion, FollowOptions options) =>
        Request("watch", served, $"{WatchQuery(served, options)}&resourceVersion={Uri.EscapeDataString(resourceVersion)}", TimeSpan.FromSeconds(30));

    /// <summary>Everything that exists, a bookmark, and the changes from there on.</summary>
    public static ApiRequest StreamedList(ServedResource served, FollowOptions options) =>
        Request("watch", served, $"{WatchQuery(served, options)}&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=", TimeSpan.FromSeconds(30));

    private static string WatchQuery(ServedResource served, FollowOptions options)
    {
        // Spread, so that the watches of many replicas do not end together.
        int seconds = Math.Max(1, (int)(options.WatchDuration.TotalSeconds * (1 + Random.Shared.NextDouble())));
        return string.Create(CultureInfo.InvariantCulture, $"?watch=true&allowWatchBookmarks=true&timeoutSeconds={seconds}{Selector(served)}");
    }

    private static string Selector(ServedResource served) =>
        served.Resource.LabelSelector is { Length: > 0 } selector ? $"&labelSelector={Uri.EscapeDataString(selector)}" : "";

    private static ApiRequest Request(string verb, ServedResource served, string query, TimeSpan patience) => new()
    {
        Verb = verb,
        Resource = served.Resource.ToString(),
        Target = $"{served.Resource} {served.Version} {(served.Namespace is null ? "in all namespaces" : $"in namespace {served.Namespace}")}",
        Method = HttpMethod.Get,
        Path = ApiPath.Of(served.Resource.Group, served.Version, served.Namespace, served.Resource.Plural) + query,
        Patience = patience,
    };
}
