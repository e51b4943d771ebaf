"""Upload: `upload` stores one picture on an FTP or FTPS server, once. The only folder that imports aioftp."""
