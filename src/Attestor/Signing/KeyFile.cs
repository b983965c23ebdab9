using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Provenance.ArtifactStore.Folders;

namespace Provenance.Attestor.Signing;

/// <summary>
/// Keys in PEM files: PKCS#8 plain or encrypted (RFC 7468, RFC 8018), SEC 1, and cosign's own encrypted format. Only ECDSA P-256.
/// </summary>
/// <remarks>Every method throws <see cref="KeyException"/> where a file cannot be read or written or holds no usable key.</remarks>
public static class KeyFile
{
    /// <summary>How often PBKDF2-HMAC-SHA256 is applied to a passphrase of a new key.</summary>
    public const int PassphraseIterations = 600_000;

    private const int LargestFile = 64 << 10;
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode ForAll = OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    /// <summary>
    /// Makes a key pair: the private half at the path, readable by its owner only, encrypted where a passphrase is given
    /// (PBES2 with AES-256-CBC); the public half beside it with the extension <c>.pub</c>. Never overwrites.
    /// </summary>
    public static VerificationKey Generate(string path, string? passphrase)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        string publicPath = PublicPathOf(path);
        foreach (string existing in new[] { path, publicPath }.Where(File.Exists))
        {
            throw new KeyException("KEY_EXISTS", $"{existing} exists already; keys are never overwritten. Choose another name or move the file away.");
        }

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var publicKey = VerificationKey.From(key);
        string pem = string.IsNullOrEmpty(passphrase)
            ? key.ExportPkcs8PrivateKeyPem()
            : key.ExportEncryptedPkcs8PrivateKeyPem(
                passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, PassphraseIterations));
        WriteNew(path, pem + "\n", OwnerOnly);
        WriteNew(publicPath, publicKey.ToPem(), ForAll);
        return publicKey;
    }

    /// <summary>Where <see cref="Generate"/> puts the public half.</summary>
    public static string PublicPathOf(string path) =>
        Path.GetExtension(path) is ".pub"
            ? throw new KeyException("KEY_INVALID", $"{path} ends in .pub, which is for public keys. Name the private key otherwise, such as provenance.key.")
            : Path.ChangeExtension(path, ".pub");

    /// <summary>Reads a private key from a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="passphrase">Asked once, and only where the key is encrypted; null means that there is none to give.</param>
    public static LoadedSigner LoadSigner(string path, Func<string?> passphrase)
    {
        ArgumentNullException.ThrowIfNull(passphrase);
        char[] text = ReadText(path);
        KeySigner signer;
        try
        {
            signer = ReadSigner(text.AsSpan(), path, passphrase);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(text.AsSpan()));
        }

        string[] problems = !OperatingSystem.IsWindows() && (File.GetUnixFileMode(path) & ~(OwnerOnly | UnixFileMode.UserExecute)) != 0
            ? [$"The private key {path} may be read or written by others than its owner. Run: chmod 600 {path}"]
            : [];
        return new LoadedSigner(signer, problems);
    }

    /// <summary>Reads a private key from PEM text, such as a mounted secret or an environment variable.</summary>
    /// <param name="pem">The text; the first private key in it counts.</param>
    /// <param name="source">What errors call the text.</param>
    /// <param name="passphrase">Asked once, and only where the key is encrypted; null means that there is none to give.</param>
    public static KeySigner ReadSigner(string pem, string source, Func<string?> passphrase)
    {
        ArgumentNullException.ThrowIfNull(pem);
        ArgumentNullException.ThrowIfNull(passphrase);
        return ReadSigner(pem.AsSpan(), source, passphrase);
    }

    private static KeySigner ReadSigner(ReadOnlySpan<char> pem, string source, Func<string?> passphrase)
    {
        var key = ECDsa.Create();
        try
        {
            Import(key, pem, source, passphrase);
            return KeySigner.From(key);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            key.Dispose();
            throw new KeyException("KEY_INVALID", $"{source} holds no ECDSA private key that can be read. Make one with: provenance key generate.", e);
        }
        catch
        {
            key.Dispose();
            throw;
        }
    }

    /// <summary>Reads a public key from a file.</summary>
    public static VerificationKey LoadPublicKey(string path)
    {
        char[] text = ReadText(path);
        try
        {
            return VerificationKey.FromPem(new string(text));
        }
        catch (KeyException e)
        {
            throw new KeyException(e.Code, $"{path}: {e.Message}", e);
        }
    }

    private static void Import(ECDsa key, ReadOnlySpan<char> pem, string source, Func<string?> passphrase)
    {
        for (var rest = pem; PemEncoding.TryFind(rest, out var fields); rest = rest[fields.Location.End..])
        {
            var block = rest[fields.Location];
            switch (rest[fields.Label].ToString())
            {
                case "PRIVATE KEY" or "EC PRIVATE KEY":
                    key.ImportFromPem(block);
                    return;
                case "ENCRYPTED PRIVATE KEY":
                    ImportEncrypted(key, block, source, AskFor(passphrase, source));
                    return;
                case "ENCRYPTED SIGSTORE PRIVATE KEY" or "ENCRYPTED COSIGN PRIVATE KEY":
                    byte[] json = new byte[fields.DecodedDataLength];
                    Convert.TryFromBase64Chars(rest[fields.Base64Data], json, out int written);
                    ImportCosign(key, json.AsMemory(0, written), source, AskFor(passphrase, source));
                    return;
            }
        }

        throw new KeyException("KEY_INVALID", $"{source} holds no PEM block with a private key (PRIVATE KEY, EC PRIVATE KEY, ENCRYPTED PRIVATE KEY or ENCRYPTED SIGSTORE PRIVATE KEY). A public key or a certificate cannot sign.");
    }

    private static void ImportEncrypted(ECDsa key, ReadOnlySpan<char> block, string source, string passphrase)
    {
        try
        {
            key.ImportFromEncryptedPem(block, passphrase);
        }
        catch (CryptographicException e)
        {
            throw new KeyException("KEY_PASSPHRASE", $"The passphrase does not open {source}, or the file was altered.", e);
        }
    }

    private static void ImportCosign(ECDsa key, ReadOnlyMemory<byte> json, string source, string passphrase)
    {
        byte[] pkcs8;
        try
        {
            pkcs8 = CosignKey.Decrypt(json, passphrase);
        }
        catch (KeyException e)
        {
            throw new KeyException(e.Code, $"{source}: {e.Message}", e);
        }

        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out _);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(pkcs8);
        }
    }

    private static string AskFor(Func<string?> passphrase, string source) =>
        passphrase() ?? throw new KeyException("KEY_PASSPHRASE", $"{source} is encrypted and no passphrase was given. Set PROVENANCE_PASSPHRASE or COSIGN_PASSWORD, or use a terminal.");

    /// <summary>The characters of a key file, for the caller to erase.</summary>
    private static char[] ReadText(string path)
    {
        try
        {
            return SecretFile.FindCharacters(path, LargestFile)
                ?? throw new KeyException("KEY_INVALID", $"{path} is larger than {LargestFile} bytes and so is no key file.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            string problem = Directory.Exists(path) ? $"{path} is a folder; name the file of a key."
                : e is FileNotFoundException or DirectoryNotFoundException ? $"There is no file {path}. Name the file of a key, or make a key with: provenance key generate --out FILE"
                : $"{path} cannot be read: {e.Message}";
            throw new KeyException("KEY_UNREADABLE", problem, e);
        }
    }

    /// <summary>The file is there whole or not at all, as half a key would stop every later start, and stays there.</summary>
    private static void WriteNew(string path, string text, UnixFileMode mode)
    {
        string temporary = $"{path}.{Path.GetRandomFileName()}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = mode;
        }

        try
        {
            using (var file = new FileStream(temporary, options))
            {
                byte[] bytes = Encoding.ASCII.GetBytes(text);
                file.Write(bytes);
                file.Flush(flushToDisk: true);
                CryptographicOperations.ZeroMemory(bytes);
            }

            File.Move(temporary, path, overwrite: false);

            // What is signed with a key outlasts a power cut, and so must the key.
            DurableFolder.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }

            string problem = e is DirectoryNotFoundException ? $"there is no folder {Path.GetDirectoryName(Path.GetFullPath(path))}. Make it, or name another file." : e.Message;
            throw new KeyException("KEY_UNWRITABLE", $"{path} cannot be written: {problem}", e);
        }
    }
}
