namespace Provenance.ArtifactStore.Access;

/// <summary>Gives subjects rights on resources. There is no rule that takes rights away.</summary>
public sealed record AccessRule
{
    /// <summary>Whom it is for; one of them suffices.</summary>
    public required IReadOnlyList<SubjectMatch> Subjects { get; init; }

    /// <summary>What they may do.</summary>
    public required IReadOnlyList<AccessAction> Rights { get; init; }

    /// <summary>On which repositories.</summary>
    public IReadOnlyList<NamePattern> Repositories { get; init; } = [];

    /// <summary>On which namespaces of keyed caches.</summary>
    public IReadOnlyList<NamePattern> Caches { get; init; } = [];

    /// <summary>On all blobs by their bare digest.</summary>
    public bool ContentStore { get; init; }

    /// <summary>Whether the rule allows this.</summary>
    public bool Allows(AccessIdentity identity, AccessAction action, AccessResource resource) =>
        Rights.Contains(action) && Covers(resource) && Subjects.Any(subject => subject.Covers(identity));

    private bool Covers(AccessResource resource) => resource.Kind switch
    {
        AccessResourceKind.Repository => Repositories.Any(pattern => pattern.Covers(resource.Name)),
        AccessResourceKind.Cache => Caches.Any(pattern => pattern.Covers(resource.Name)),
        AccessResourceKind.ContentStore => ContentStore,
        _ => false,
    };
}
