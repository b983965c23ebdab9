namespace Provenance.ArtifactStore.Serving;

/// <summary>
/// How an endpoint is guarded. Where access control is on, an endpoint that says nothing about it is refused to everybody: nobody can
/// forget the guard. Where it is off, this does nothing and costs nothing.
/// </summary>
internal sealed class AccessRequirement
{
    private AccessRequirement(bool isOpen) => IsOpen = isOpen;

    /// <summary>Whether the endpoint is for everybody, without a look at credentials.</summary>
    public bool IsOpen { get; }

    /// <summary>The endpoint is for everybody.</summary>
    public static AccessRequirement Open { get; } = new(isOpen: true);

    /// <summary>The endpoint asks by itself, with <see cref="RequestAccess"/>, once it has read the request.</summary>
    public static AccessRequirement Inside { get; } = new(isOpen: false);
}
