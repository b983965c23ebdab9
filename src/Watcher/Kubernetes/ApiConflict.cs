namespace Provenance.Watcher.Kubernetes;

/// <summary>What a 409 of an API server means.</summary>
public enum ApiConflict
{
    /// <summary>The answer was no 409.</summary>
    None,

    /// <summary>The object was changed since the version that the request carries: read it again.</summary>
    ResourceVersion,

    /// <summary>Another field manager owns a field that was to be applied.</summary>
    FieldOwner,

    /// <summary>An object of that name exists.</summary>
    AlreadyExists,

    /// <summary>Something else, which the message says.</summary>
    Other,
}
