using System.Text;
using Provenance.ArtifactStore.Digests;
using Provenance.Attestor.Runs;

namespace Provenance.Cli.Hosting;

/// <summary>Writes bundles to one file, or into a folder under the names of their runs. A file is there whole or not at all.</summary>
internal sealed class BundleFiles(string path)
{
    private const string Extension = ".sigstore.json";
    private const int LongestName = 200;

    private readonly bool isFolder = Directory.Exists(path) || Path.EndsInDirectorySeparator(path);

    /// <summary>Refuses several bundles where there is room for one, and a file that cannot be written, before anything is signed.</summary>
    public void Expect(int count)
    {
        if (!isFolder && count > 1)
        {
            throw new CommandException(ExitCodes.Usage, $"There are {count} runs to attest, and {path} is one file. Name a folder: --bundle {path}/");
        }

        if (!isFolder)
        {
            WholeFile.RequirePlace(path);
        }
    }

    /// <summary>Writes a bundle and returns the file's path.</summary>
    public string Write(RunIdentity run, ReadOnlyMemory<byte> bundle)
    {
        string target = isFolder ? Path.Combine(path, FileName(run)) : path;
        if (isFolder)
        {
            Directory.CreateDirectory(path);
        }

        WholeFile.Write(target, bundle.Span);
        return target;
    }

    // Names of runs come from files that others wrote: only characters that no file system takes for anything else. What would be cut off
    // tells runs apart, and is in the digest.
    private static string FileName(RunIdentity run)
    {
        string name = $"{run.Kind}-{run.Namespace}-{run.Name}-{run.Uid}{run.Attempt}";
        string plain = string.Concat(name.Select(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' ? c : '_')).ToLowerInvariant();
        return (plain.Length <= LongestName ? plain : $"{plain[..(LongestName - 33)]}-{Digest.Of(Encoding.UTF8.GetBytes(name)).Hex[..32]}") + Extension;
    }
}
