using System.Globalization;

namespace Provenance.Attestor.Signing.Folders;

/// <summary>
/// Reads a folder of keys: one private key, <c>NAME.password</c> for its passphrase, <c>NAME.pub</c> for its public half, and any other
/// <c>*.pub</c> for keys that signed before. A mounted Secret is read as it was at one moment.
/// </summary>
internal sealed class FolderReader(string folder, Func<string?> passphrase)
{
    private const int MostFiles = 64;

    // The link that the kubelet turns to another folder once everything in that is written.
    private const string MountedLink = "..data";

    private static readonly string[] PrivateNames = ["cosign.key", "tls.key", "key.pem", "x509.pem"];

    /// <summary>The stamp of what the folder holds now; costs no more than a look at the names.</summary>
    /// <exception cref="KeyException"><c>KEY_UNREADABLE</c>.</exception>
    public string Stamp()
    {
        try
        {
            return MountedTarget() is { } target
                ? target
                : string.Join('\n', Files(folder).Select(static f => string.Create(CultureInfo.InvariantCulture, $"{f.Name} {f.Length} {f.LastWriteTimeUtc.Ticks}")));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new KeyException("KEY_UNREADABLE", $"The key folder {folder} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads the folder, again where it was changed meanwhile.</summary>
    /// <exception cref="KeyException">It holds no key that can be used.</exception>
    public FolderKeys Read()
    {
        for (int attempt = 1; ; attempt++)
        {
            string stamp = Stamp();
            KeySigner? signer = null;
            try
            {
                var keys = Read(stamp, out signer);
                if (attempt > 2 || Stamp() == stamp)
                {
                    return keys;
                }

                signer.Dispose();
            }
            catch (Exception e) when (e is KeyException or IOException or UnauthorizedAccessException)
            {
                signer?.Dispose();
                if (attempt > 2 || Stamp() == stamp)
                {
                    throw e as KeyException ?? new KeyException("KEY_UNREADABLE", $"The key folder {folder} cannot be read: {e.Message}", e);
                }
            }
        }
    }

    private FolderKeys Read(string stamp, out KeySigner signer)
    {
        string? target = MountedTarget();
        string place = target is null ? folder : Path.Combine(folder, target);
        var files = Files(place);
        string[] found = [.. files.Select(static f => f.Name).Where(PrivateNames.Contains)];
        if (found.Length is not 1)
        {
            throw new KeyException("KEY_INVALID", found.Length is 0
                ? $"The key folder {folder} holds no private key. It needs one of {string.Join(", ", PrivateNames)}."
                : $"The key folder {folder} holds {string.Join(" and ", found)}; only one private key may be in it.");
        }

        string path = Path.Combine(place, found[0]);
        var loaded = KeyFile.LoadSigner(path, () => PassphraseBeside(path) ?? passphrase());
        signer = loaded.Signer;
        var earlier = new List<VerificationKey>();
        foreach (var file in files.Where(static f => f.Extension is ".pub"))
        {
            var key = KeyFile.LoadPublicKey(file.FullName);
            if (file.Name == Path.ChangeExtension(found[0], ".pub") && key.Fingerprint != signer.PublicKey.Fingerprint)
            {
                throw new KeyException("KEY_INVALID", $"{file.Name} in the key folder {folder} is not the public half of {found[0]}. Replace both at once; keep the public key of the key before under another name.");
            }

            if (key.Fingerprint != signer.PublicKey.Fingerprint)
            {
                earlier.Add(key);
            }
        }

        // Who may read a mounted Secret is for the pod to say.
        return new FolderKeys(stamp, signer, earlier, target is null ? loaded.Problems : []);
    }

    private static string? PassphraseBeside(string path)
    {
        string file = Path.ChangeExtension(path, ".password");
        if (!File.Exists(file))
        {
            return null;
        }

        return SecretFile.FindText(file, 4096)?.TrimEnd('\r', '\n')
            ?? throw new KeyException("KEY_PASSPHRASE", $"{file} has more than 4,096 bytes and so is no passphrase.");
    }

    private string? MountedTarget() => new DirectoryInfo(Path.Combine(folder, MountedLink)).LinkTarget;

    private FileInfo[] Files(string place)
    {
        FileInfo[] files = [.. new DirectoryInfo(place).EnumerateFiles().Where(static f => f.Name[0] is not '.').Take(MostFiles + 1).OrderBy(static f => f.Name, StringComparer.Ordinal)];
        return files.Length <= MostFiles
            ? files
            : throw new KeyException("KEY_INVALID", $"The key folder {folder} holds more than {MostFiles} files. Name a folder that holds keys and nothing else.");
    }
}
