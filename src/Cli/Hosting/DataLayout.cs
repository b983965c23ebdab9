namespace Provenance.Cli.Hosting;

/// <summary>Where things are in the data folder.</summary>
internal sealed record DataLayout
{
    public const string DefaultFolder = ".provenance";

    public DataLayout(string folder) => Folder = Path.GetFullPath(folder);

    public string Folder { get; }

    /// <summary>Blobs, manifests, tags: the artifact store's own folder.</summary>
    public string Store => Path.Combine(Folder, "store");

    /// <summary>The lookup index; derived, may be deleted.</summary>
    public string Index => Path.Combine(Folder, "index.db");

    /// <summary>The signing key that is made on the first start.</summary>
    public string Key => Path.Combine(Folder, "keys", "attestor.key");

    public string PublicKey => Path.Combine(Folder, "keys", "attestor.pub");

    /// <summary>As whom attestations were signed without a key, and the trusted root for it.</summary>
    public string Identity => Path.Combine(Folder, "keys", "attestor.identity.json");

    /// <summary>The builder id that is made on the first start.</summary>
    public string BuilderId => Path.Combine(Folder, "builder-id");

    /// <summary>Which runs are attested.</summary>
    public string AttestedRuns => Path.Combine(Folder, "attested.jsonl");

    /// <summary>The address of the process that serves this folder, while it does, and the mark by which that process is known.</summary>
    public string Address => Path.Combine(Folder, "address");

    /// <summary>Makes the folder, for its owner only.</summary>
    public void Create()
    {
        try
        {
            CreateFolders();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCodes.Usage, $"{Folder} cannot be used as the data folder: {e.Message.TrimEnd('.')}. Name another one with --data DIR.");
        }
    }

    private void CreateFolders()
    {
        foreach (string folder in (string[])[Folder, Path.GetDirectoryName(Key)!])
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }
        }
    }
}
