namespace Provenance.Testing.Kubernetes;

/// <summary>What an API server makes of a request for a streamed list (WatchList).</summary>
public enum StreamedLists
{
    /// <summary>It streams the list and announces its end.</summary>
    Served,

    /// <summary>It answers 422, as servers before 1.27 do.</summary>
    Refused,

    /// <summary>It answers 200 with an ERROR event of code 500, as a server over an old etcd does.</summary>
    ErrorEvent,

    /// <summary>It knows no such parameter: it names every object and never announces an end.</summary>
    Ignored,
}
