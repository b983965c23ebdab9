using System.Globalization;
using System.Text;
using Provenance.ArtifactStore.Registries;
using Provenance.ArtifactStore.Tests.Registries;

namespace Provenance.ArtifactStore.Tests.Serving.Hostility;

/// <summary>Makes requests that no well-meaning client sends, and some that look harmless, from one seed.</summary>
internal sealed class HostileRequests(Random random)
{
    private static readonly string[] Methods =
        ["GET", "GET", "HEAD", "PUT", "PUT", "POST", "POST", "PATCH", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get", "CONNECT", "G\0T", "", "PUTT"];

    private static readonly string[] Names =
    [
        "app", "a/b", "A", "..", "%2e%2e", "%2e%2e%2f%2e%2e", "a%2fb", "_tags", "a//b", "", "a\\b", "%00", "a%00", "%c3%28", "%ff%fe", "é", "a;b", "a b", "a..b",
        "-a", "a-", "a__b", "a___b", "manifests", "blobs", "uploads/blobs", "tags/list", "v2", ".", "a/./b", "a/../b", "%", "%zz", "%u0041", "*", "{a}", "a+b", "a:b", "@",
    ];

    private static readonly string[] Digests =
    [
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", "sha256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "sha256:", ":", "sha256", "sha512:00", "md5:d41d8cd98f00b204e9800998ecf8427e", "sha256:../../../../etc/passwd", "sha256:%2e%2e%2f", "sha256%3A00", "sha256:\0", "latest",
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85/", "sha256+b64:abc", "a:b:c", "ｓha256:00", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8５５",
    ];

    private static readonly string[] Numbers =
    [
        "0", "1", "-1", "00", "+5", "9223372036854775806", "9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999999999999999", "0x10", "1e3", " 7", "",
        "٣", "5", "10", "4096",
    ];

    private static readonly string[] Types =
    [
        MediaTypes.Manifest, MediaTypes.Index, MediaTypes.DockerManifest, "text/plain", "", "a/b; charset=\"", "application/json;q=zzz", "/", "\u0001", "multipart/form-data",
        "application/x-www-form-urlencoded",
    ];

    private static readonly byte[][] Noise =
    [
        [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03], "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), "\r\n\r\n\r\n"u8.ToArray(), "GET\r\n\r\n"u8.ToArray(),
        "GET /v2/ HTTP/9.9\r\n\r\n"u8.ToArray(), "GET /v2/ HTTP/1.0\r\n\r\n"u8.ToArray(), "GET http://other/v2/ HTTP/1.1\r\nHost: x\r\n\r\n"u8.ToArray(),
        "GET /v2/ HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"u8.ToArray(), "GET /v2/ HTTP/1.1\r\n\r\n"u8.ToArray(), "GET /v2/ HTTP/1.1\nHost: a\n\n"u8.ToArray(),
    ];

    private readonly List<string> uploads = [];

    /// <summary>Whether the connection is to be reset when part of the request has been sent.</summary>
    public bool BreaksOff => random.Next(5) == 0;

    /// <summary>A part of a whole, for what breaks off.</summary>
    public int PartOf(int length) => random.Next(length + 1);

    /// <summary>Remembers the place of an upload, for the requests to come. Others may end it at any time.</summary>
    public void Learn(string location)
    {
        uploads.Add(location);
        if (uploads.Count > 8)
        {
            uploads.RemoveAt(0);
        }
    }

    /// <summary>The next request, or several in one.</summary>
    public byte[] Next() => random.Next(12) switch
    {
        0 => Of(Noise),
        1 => Bytes(random.Next(1, 400)),
        2 => [.. Request(), .. Request(), .. Request()],
        3 => BeginUpload(),
        _ => Request(),
    };

    private static byte[] BeginUpload() => "POST /v2/app/blobs/uploads/ HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray();

    private byte[] Request()
    {
        byte[] body = Body();
        var head = new StringBuilder();
        head.Append(CultureInfo.InvariantCulture, $"{Of(Methods)} {Target()} HTTP/1.1\r\n");
        if (random.Next(20) > 0)
        {
            head.Append("Host: 127.0.0.1\r\n");
        }

        for (int headers = random.Next(4); headers > 0; headers--)
        {
            head.Append(CultureInfo.InvariantCulture, $"{Header()}\r\n");
        }

        byte[] framed = Frame(head, body);
        if (random.Next(3) > 0)
        {
            head.Append("Connection: close\r\n");
        }

        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. framed];
    }

    private string Target() => random.Next(14) switch
    {
        0 when uploads.Count > 0 => Of(uploads),
        1 or 2 when uploads.Count > 0 => $"{Of(uploads)}?digest={Of(Digests)}",
        3 => $"/v2/{Of(Names)}/blobs/{Of(Digests)}",
        4 => $"/v2/{Of(Names)}/manifests/{Of(Digests)}?tag={Of(Names)}&tag={Of(Digests)}",
        5 => $"/v2/{Of(Names)}/referrers/{Of(Digests)}?artifactType={Of(Names)}&last={Of(Digests)}",
        6 => $"/v2/{Of(Names)}/tags/list?n={Uri.EscapeDataString(Of(Numbers))}&last={Of(Names)}",
        7 => $"/v2/{Of(Names)}/blobs/uploads/?mount={Of(Digests)}&from={Of(Names)}",
        8 => $"/v2/{Of(Names)}/blobs/uploads/?digest={Of(Digests)}",
        9 => $"/cas/{Of(Digests)}",
        10 => $"/{Of(Names)}/{Of(Names)}/{Of(Names)}",
        11 => $"/v2/{string.Join('/', Enumerable.Range(0, random.Next(1, 300)).Select(_ => Of(Names)))}/manifests/x",
        12 => new string('/', random.Next(1, 9000)),
        _ => $"/v2/app/manifests/{Of(Names)}",
    };

    private string Header() => random.Next(16) switch
    {
        0 => $"Range: bytes={Of(Numbers)}-{Of(Numbers)}",
        1 => $"Range: {Of(Names)}={Of(Numbers)}-,{Of(Numbers)}-{Of(Numbers)}",
        2 => $"Content-Range: {Of(Numbers)}-{Of(Numbers)}",
        3 => $"Content-Range: bytes {Of(Numbers)}-{Of(Numbers)}/{Of(Numbers)}",
        4 => $"Content-Type: {Of(Types)}",
        5 => $"If-None-Match: {Of(Digests)}",
        6 => $"If-None-Match: \"{Of(Digests)}\", W/\"{Of(Names)}",
        7 => $"If-Range: {Of(Digests)}",
        8 => "Expect: 100-continue",
        9 => $"Accept: {Of(Types)}",
        10 => $"X-Padding: {new string('x', random.Next(40_000))}",
        11 => string.Join("\r\n", Enumerable.Range(0, random.Next(100)).Select(static i => $"X-{i}: {i}")),
        12 => $"{Of(Names)}: {Of(Names)}",
        13 => $"Accept-Encoding: {Of(Names)};q={Of(Numbers)}",
        14 => " folded",
        _ => $"Authorization: Basic {Of(Names)}",
    };

    /// <summary>Says how long the body is, or lies about it.</summary>
    private byte[] Frame(StringBuilder head, byte[] body)
    {
        switch (random.Next(9))
        {
            case 0:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {Of(Numbers)}\r\n");
                return body;
            case 1:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length + random.Next(1, 5000)}\r\n");
                return body;
            case 2:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\nContent-Length: {body.Length + 1}\r\n");
                return body;
            case 3:
                head.Append("Transfer-Encoding: chunked\r\n");
                return [.. Encoding.ASCII.GetBytes($"{body.Length:x}\r\n"), .. body, .. "\r\n0\r\n\r\n"u8];
            case 4:
                head.Append("Transfer-Encoding: chunked\r\n");
                string size = Of(["zz", "FFFFFFFFFFFFFFFF", "-1", "", "7fffffff", "5;ext=\"", "00000000000000000000005"]);
                return [.. Encoding.ASCII.GetBytes($"{size}\r\n"), .. body];
            case 5:
                head.Append(CultureInfo.InvariantCulture, $"Transfer-Encoding: chunked\r\nContent-Length: {body.Length}\r\n");
                return body;
            case 6:
                head.Append(CultureInfo.InvariantCulture, $"Transfer-Encoding: {Of(["gzip", "chunked, gzip", "identity", "chunked, chunked"])}\r\n");
                return body;
            default:
                head.Append(CultureInfo.InvariantCulture, $"Content-Length: {body.Length}\r\n");
                return body;
        }
    }

    private byte[] Body()
    {
        switch (random.Next(5))
        {
            case 0:
                return [];
            case 1:
                return Bytes(random.Next(20_000));
            case 2:
                return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Of(["[", "{\"a\":", "\"\\ud800\"", "1e999,", "\0"]), random.Next(1, 500))));
            default:
                byte[] manifest = Artifacts.Manifest(subject: Descriptor.Empty, artifactType: Of(Types));
                for (int changes = random.Next(4); changes > 0; changes--)
                {
                    manifest[random.Next(manifest.Length)] = (byte)random.Next(256);
                }

                return manifest;
        }
    }

    private T Of<T>(IReadOnlyList<T> values) => values[random.Next(values.Count)];

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
