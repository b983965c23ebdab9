namespace Provenance.ArtifactStore.Access;

/// <summary>How somebody made known who they are. The same name by two ways is two identities.</summary>
public enum IdentityKind
{
    /// <summary>Not at all.</summary>
    Anonymous,

    /// <summary>By a name and password of the password file.</summary>
    User,

    /// <summary>By a token that a trusted issuer signed.</summary>
    Token,

    /// <summary>By a client certificate of a trusted authority.</summary>
    Certificate,
}
