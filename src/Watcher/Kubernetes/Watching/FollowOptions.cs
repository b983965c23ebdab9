namespace Provenance.Watcher.Kubernetes.Watching;

/// <summary>How objects are followed; the values given here suit any server.</summary>
public sealed record FollowOptions
{
    /// <summary>Whether a streamed list (WatchList) is asked for first; servers without it are recognised.</summary>
    public bool StreamLists { get; init; } = true;

    /// <summary>How many objects a page of a list has at most.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>
    /// How long a watch may say nothing, not even a bookmark, before it is opened anew from where it was. That is no trouble, unless the
    /// server does not answer then, or a line broke off.
    /// </summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a streamed list may pause before its end is announced; after that pages are asked for.</summary>
    public TimeSpan StreamedListSilence { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long the reading of a streamed list may take in all; after that pages are asked for.</summary>
    public TimeSpan StreamedListDeadline { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>After how long the server is asked to end a watch: at least this, at most twice this.</summary>
    public TimeSpan WatchDuration { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The wait after the first failure; it doubles with each further one.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(800);

    /// <summary>The longest wait between tries, unless the server asks for more.</summary>
    public TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long between two looks for a resource that the server does not serve.</summary>
    public TimeSpan UnservedDelay { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The longest line of a watch, in bytes.</summary>
    public int MaximumEvent { get; init; } = 16 * 1024 * 1024;

    /// <summary>The largest page of a list, in bytes; where one is larger, smaller pages are asked for.</summary>
    public int MaximumPage { get; init; } = 128 * 1024 * 1024;
}
