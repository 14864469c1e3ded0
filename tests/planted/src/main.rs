//! `plant <core> <folder>`: makes of the core in the first folder one with all planted bugs in the second.

use std::path::Path;
use std::process::ExitCode;
use std::{env, fs, io};

fn main() -> ExitCode {
    let [Some(core), Some(target)] = [env::args().nth(1), env::args().nth(2)] else {
        eprintln!("usage: plant <core> <folder>");
        return ExitCode::FAILURE;
    };
    let planted =
        copy(Path::new(&core), Path::new(&target)).and_then(|()| failsoft_planted::write(Path::new(&target)));
    if let Err(error) = planted {
        eprintln!("{error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
