namespace Provenance.Attestor.Tuf;

/// <summary>The repositories of the public Sigstore instances.</summary>
public static class PublicGood
{
    /// <summary>Where the repository of the production instance is.</summary>
    public static Uri Mirror { get; } = new("https://tuf-repo-cdn.sigstore.dev/");

    /// <summary>Where that of the staging instance is. Its root is not built in.</summary>
    public static Uri StagingMirror { get; } = new("https://tuf-repo-cdn.sigstage.dev/");

    /// <summary>The version of the built-in root, and until when it is valid.</summary>
    public static RoleState ReadRootState()
    {
        var root = RootRole.ReadFirst(ReadRoot(), "built-in root");
        return new RoleState("root", root.File.Version, null, root.File.Expires);
    }

    /// <summary>The root of the production instance as it was when this version was made: version 15. Newer ones follow from it.</summary>
    public static byte[] ReadRoot()
    {
        using var stream = typeof(PublicGood).Assembly.GetManifestResourceStream("public-good.root.json")!;
        byte[] content = new byte[stream.Length];
        stream.ReadExactly(content);
        return content;
    }
}
