using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Provenance.EndToEnd.Tests.Processes;

namespace Provenance.EndToEnd.Tests.Secrets;

/// <summary>Secrets that stand nowhere else in the world, and everything that was written while they were in use.</summary>
internal sealed class Canaries
{
    private readonly List<(string What, string Text)> written = [];
    private readonly List<string> secrets = [];

    public Canaries()
    {
        Passphrase = New("passphrase");
        Password = New("password");
        Token = New("token");
        Add(Convert.ToBase64String(Encoding.UTF8.GetBytes($"canary:{Password}")));
        Add(Convert.ToBase64String(Encoding.UTF8.GetBytes(Token)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Key = key.ExportPkcs8PrivateKeyPem() + "\n";
        AddKey(Key);
    }

    public string Passphrase { get; }

    /// <summary>The password of the user <c>canary</c>.</summary>
    public string Password { get; }

    /// <summary>A bearer token.</summary>
    public string Token { get; }

    /// <summary>A private key that is not encrypted.</summary>
    public string Key { get; }

    /// <summary>A new secret.</summary>
    public string New(string what)
    {
        string secret = $"canary-{what}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(12))}";
        Add(secret);
        return secret;
    }

    /// <summary>The lines of a private key are secrets too.</summary>
    public void AddKey(string pem)
    {
        foreach (string line in pem.Split('\n').Where(static line => line.Length > 20 && !line.StartsWith("-----", StringComparison.Ordinal)))
        {
            Add(line);
        }
    }

    /// <summary>Keeps what was written.</summary>
    public void Keep(string what, string text) => written.Add((what, text));

    /// <summary>Runs a command and keeps what it writes, whatever that is.</summary>
    public async Task<CommandResult> RunAsync(string input, Dictionary<string, string> environment, params string[] arguments)
    {
        var result = await Executable.RunWithAsync(input, environment, arguments);
        Keep(result.Command, result.Output + result.Error);
        return result;
    }

    /// <summary>Keeps the files of a folder but those that hold a secret because they are to.</summary>
    public void KeepFiles(string folder, params string[] secretFiles)
    {
        foreach (string path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => !secretFiles.Contains(Path.GetRelativePath(folder, path))))
        {
            Keep(path, Encoding.Latin1.GetString(File.ReadAllBytes(path)));
        }
    }

    /// <summary>None of the secrets was written anywhere.</summary>
    public void ShouldBeNowhere()
    {
        written.Should().NotBeEmpty();
        foreach (var (what, text) in written)
        {
            foreach (string secret in secrets)
            {
                text.Should().NotContain(secret, "it is a secret, which \"{0}\" wrote", what);
            }
        }
    }

    /// <summary>An answer that says everything back that it was told, as a proxy in its debug mode does.</summary>
    public static async Task Echo(HttpContext context, HttpStatusCode status)
    {
        string told = context.Request.Headers.Authorization.ToString();
        context.Response.StatusCode = (int)status;
        context.Response.Headers["X-Request"] = told;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsJsonAsync(new { errors = new[] { new { code = "DENIED", message = $"Refused: {told}", detail = told } }, message = told, reason = told, details = told });
    }

    private void Add(string secret) => secrets.Add(secret);
}
