namespace Provenance.ArtifactStore.Access;

/// <summary>Whom a rule is for.</summary>
public sealed class SubjectMatch
{
    private readonly Func<AccessIdentity, bool> covers;

    private SubjectMatch(Func<AccessIdentity, bool> covers) => this.covers = covers;

    /// <summary>Everybody, known or not.</summary>
    public static SubjectMatch Everyone { get; } = new(static _ => true);

    /// <summary>Everybody who is known.</summary>
    public static SubjectMatch Authenticated { get; } = new(static identity => identity.Kind is not IdentityKind.Anonymous);

    /// <summary>A user of the password file.</summary>
    public static SubjectMatch User(string name) => new(identity => identity.Kind is IdentityKind.User && identity.Name == name);

    /// <summary>The users of a group that the configuration puts together.</summary>
    public static SubjectMatch UserGroup(string group) => new(identity => identity.Kind is IdentityKind.User && identity.Groups.Contains(group, StringComparer.Ordinal));

    /// <summary>The bearers of an issuer's tokens whose subject the pattern covers.</summary>
    public static SubjectMatch TokenSubject(string issuer, NamePattern subject) =>
        new(identity => identity.Kind is IdentityKind.Token && identity.Issuer == issuer && subject.Covers(identity.Name));

    /// <summary>The bearers of an issuer's tokens that name this group.</summary>
    public static SubjectMatch TokenGroup(string issuer, string group) =>
        new(identity => identity.Kind is IdentityKind.Token && identity.Issuer == issuer && identity.Groups.Contains(group, StringComparer.Ordinal));

    /// <summary>The holders of client certificates whose name the pattern covers.</summary>
    public static SubjectMatch Certificate(NamePattern name) => new(identity => identity.Kind is IdentityKind.Certificate && name.Covers(identity.Name));

    /// <summary>Whether the rule is for this identity.</summary>
    public bool Covers(AccessIdentity identity) => covers(identity);
}
